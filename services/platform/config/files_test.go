package config

import (
	"testing"
	"testing/fstest"
)

func TestFilesFSIsAFileSystem(t *testing.T) {
	files := FilesFS(map[string][]byte{"a.yaml": []byte("a"), "sub/b.yaml": []byte("bb"), "sub/deep/c.yaml": nil})
	if err := fstest.TestFS(files, "a.yaml", "sub/b.yaml", "sub/deep/c.yaml"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(FilesFS(nil)); err != nil {
		t.Error(err)
	}
}
