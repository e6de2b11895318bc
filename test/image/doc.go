// Package image tries the container image: it builds the project's own
// Dockerfile, with docker where an engine answers and else with buildah, and uses
// what comes out. Run it by `make image-test`.
package image
