module github.com/kulkul-ews/kulkul/services/detect

go 1.26

replace github.com/kulkul-ews/kulkul/services/kulkul => ../kulkul

require gonum.org/v1/gonum v0.17.0 // indirect
