// Package deploy checks what is in deploy/: that the manifests are what Kubernetes,
// KServe and Prometheus's operator take, field by field, that they hold to what is
// asked of a pod in production, and that Portent starts as they start it. Run it by
// `make deploy-test`.
//
// It is a module of its own, so that importers of the library carry no Kubernetes.
package deploy
