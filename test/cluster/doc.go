// Package cluster asks Kubernetes itself about what is in deploy/: it starts etcd and
// a kube-apiserver, and applies the manifests to it. Run it by `make cluster-test`,
// which builds the kube-apiserver the first time.
//
// It is a module of its own, so that importers of the library carry no Kubernetes.
package cluster
