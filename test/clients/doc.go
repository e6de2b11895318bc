// Package clients tries the program with clients and a server that others wrote:
// Triton's and KServe's clients for Python, grpcurl, and Schemathesis, which makes
// requests of the OpenAPI document; and MLServer, whose models the program serves
// as its own. Run it by `make clients`.
//
// A client is generated of that document, the document is imported into Postman, and
// the examples of docs/examples are run.
//
// The clients are scripts beside this file, which print a line for each call;
// models.py writes the models that they call.
package clients
