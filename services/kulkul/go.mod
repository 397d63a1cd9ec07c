module github.com/kulkul-ews/kulkul/services/kulkul

go 1.26.0
