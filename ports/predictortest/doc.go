// Package predictortest holds the contract of ports.Predictor as a test suite,
// in the manner of testing/fstest, and a Fake for tests of whatever stands on a
// Predictor. No program links it.
//
//	func TestContract(t *testing.T) {
//		predictortest.Run(t, func() (ports.Predictor, error) { return myengine.Open(data) }, predictortest.Options{})
//	}
//
// Run it under the race detector too. It must not know of any engine.
package predictortest
