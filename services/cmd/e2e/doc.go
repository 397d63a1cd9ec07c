// Package e2e runs the whole product, on its real engines, in this process and
// through its binary. It has tests only.
package e2e
