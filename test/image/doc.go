// Package image tries the container image: it builds the project's own
// Dockerfile, with docker where an engine answers and else with buildah, and uses
// what comes out, also in a container of runc's that may do nothing beyond serving and
// is killed when it connects to anybody. Run it by `make image-test`.
package image
