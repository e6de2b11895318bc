// Package cluster asks Kubernetes itself about what is in deploy/: it starts etcd and
// a kube-apiserver, applies the manifests to it, and runs the commands of documents with
// a real kubectl. Run it by `make cluster-test`, which builds both of Kubernetes's
// programs the first time.
//
// It is a module of its own, so that importers of the library carry no Kubernetes.
package cluster
