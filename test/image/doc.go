// Package image tries the container image: it builds the project's own
// Dockerfile, with docker where an engine answers and else with podman, and uses
// what comes out, also in a container that may do nothing beyond serving and is killed
// when it connects to anybody, and in one of runc's, which tells when a process starts.
// Run it by `make image-test`.
package image
