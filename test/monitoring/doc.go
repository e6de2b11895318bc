// Package monitoring tries the server with a real Prometheus: make monitoring-test
// runs it.
package monitoring
