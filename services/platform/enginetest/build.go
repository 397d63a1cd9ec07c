package enginetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// BinaryVariable names the environment variable that holds the path of a ready
// test engines binary; where it is set, nothing is built.
const BinaryVariable = "KULKUL_TESTENGINES"

// build gives the path of the engines' binary. It is built once per test
// process, into a folder that all test processes of one work tree share; a
// lock on a file keeps them apart.
func build() (string, error) {
	if path := os.Getenv(BinaryVariable); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s: %w", BinaryVariable, err)
		}
		return path, nil
	}
	source, err := sourceFolder()
	if err != nil {
		return "", err
	}
	dir, err := sharedFolder(source)
	if err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("open build lock: %w", err)
	}
	defer lock.Close() // releases the lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("take build lock: %w", err)
	}
	binary := filepath.Join(dir, "testengines")
	if builtByMe(lock, binary) {
		return binary, nil
	}
	cmd := exec.Command("go", "build", "-o", binary, "./testengines")
	cmd.Dir = source
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build test engines (cd %s && go build ./testengines): %w\n%s", source, err, out)
	}
	if err := lock.Truncate(0); err != nil {
		return "", fmt.Errorf("mark build: %w", err)
	}
	if _, err := lock.WriteAt([]byte(me()), 0); err != nil {
		return "", fmt.Errorf("mark build: %w", err)
	}
	return binary, nil
}

// me names this test process: its number alone comes again too soon.
func me() string { return strconv.Itoa(os.Getpid()) + " " + os.Args[0] }

// builtByMe reports whether the binary exists and the lock file says that this
// process was the last to build it.
func builtByMe(lock *os.File, binary string) bool {
	if _, err := os.Stat(binary); err != nil {
		return false
	}
	mark := make([]byte, 4096)
	n, _ := lock.ReadAt(mark, 0)
	return string(mark[:n]) == me()
}

// sharedFolder is where the binary of one work tree and one user lies.
func sharedFolder(source string) (string, error) {
	info, err := os.Stat(source)
	if err != nil {
		return "", fmt.Errorf("find services/embedded: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("no inode numbers on this system: set " + BinaryVariable)
	}
	name := fmt.Sprintf("kulkul-testengines-%d-%d-%d", os.Getuid(), stat.Dev, stat.Ino)
	dir := filepath.Join(os.TempDir(), name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make build folder: %w", err)
	}
	return dir, nil
}

// sourceFolder finds services/embedded by walking up from the test's working
// directory to the folder that holds go.work.
func sourceFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the work tree: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "services", "embedded"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find the work tree: no go.work above the working directory; set " + BinaryVariable)
		}
		dir = parent
	}
}
