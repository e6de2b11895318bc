// Command portent serves a trained model.
//
//	portent serve            serve the model inside the binary on port 8000
//	portent predict cat.png  predict without a server
//	portent verify           run the model's own test vectors
//
// This is the only place where adapters meet: it reads settings, opens an
// engine, puts the use cases on top and a transport on top of those. It decides
// nothing that a library user would want decided the same way.
package main

//go:generate go test -count=1 -run ^TestManPageIsFresh$ -update .
