// Package httpapi is the HTTP interface for people and programs: POST /predict
// and /predict/batch, health, Swagger UI and OpenAPI.
//
//	handler, err := httpapi.New(classifier, httpapi.Options{})
//	server := httpapi.NewServer(handler, logger)
//
// NewForRepository serves many models, which may be loaded, replaced and unloaded
// meanwhile: the default one as above, each of them at /models/NAME/predict.
//
// A request comes through one of several doors, which its Content-Type chooses:
// JSON, a form, a picture, or a tensor's bytes. Each door makes the same tensor
// of the same picture, and from there on there is one way.
//
// Every error has one body and takes its status from one table (errors.go).
// Nothing that a request holds is ignored: an unknown field, a key given twice
// or a byte too many is an error that says where it is.
//
// The package must not know of any engine, and reads no file or environment. It
// does not stop a server: whoever does calls Model.Drain, or Repository.Drain, first, from then on
// /readyz answers 503 and every answer closes its connection, and then
// http.Server.Shutdown.
package httpapi
