// Package evidence holds the measurements behind docs/detection.md as tests: the
// detectors against reference results of R's surveillance, on simulated series,
// and against the clock. It has no code of its own; `go test` calls it. Data that
// is not part of the repository is looked for in $KULKUL_SHARED, or in the folder
// shared beside the repository; without it the tests are skipped. Measurements
// that take minutes run with KULKUL_EVIDENCE=1 only.
package evidence
