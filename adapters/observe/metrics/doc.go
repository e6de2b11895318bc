// Package metrics tells Prometheus what a server does.
//
// What happens with each request is counted as serving.Repository observes it;
// how much there is to do, and which models are served, is looked up when
// somebody asks. Labels take values of the server's own only: the names and
// versions of models that are loaded, its transports, and the domain's kinds of
// error. Series of versions that have been unloaded are dropped after a while.
package metrics
