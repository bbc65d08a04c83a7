//go:build tools

// Package peers pins the programs that the benchmarks measure against.
package peers

import (
	_ "github.com/bitnami/sealed-secrets/cmd/controller"
	_ "github.com/bitnami/sealed-secrets/cmd/kubeseal"
)
