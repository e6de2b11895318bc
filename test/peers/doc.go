// Package peers tries the engine for remote models against this project's own
// servers, which neither of them may import: through real connections the whole
// way, from a Predictor over the wire to a Predictor.
package peers
