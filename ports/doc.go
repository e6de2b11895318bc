// Package ports holds the interfaces through which the domain is driven and
// which engines implement: today the Predictor. No technology is named here.
//
// An engine implements Predictor and proves it by running the suite in
// ports/predictortest. A transport takes the concrete use cases of
// domain/serving, which stand on a Predictor.
package ports
