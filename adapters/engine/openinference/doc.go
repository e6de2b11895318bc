// Package openinference runs models on other servers: any that speaks the Open
// Inference Protocol, such as Triton, KServe, MLServer, OpenVINO Model Server or
// another Portent.
//
//	engine, err := openinference.Open(ctx, openinference.Options{
//		Endpoints: []string{"grpcs://one.example:8001", "https://two.example:8000"},
//		Model:     "resnet",
//	})
//
// An Engine is a ports.Predictor. What the model takes and gives is asked of the
// server. Of several endpoints the least loaded one is chosen that is healthy.
// Asking for a prediction changes nothing, so an attempt that fails for reasons
// which may be gone the next time is repeated, at another endpoint where there is
// one, a bounded number of times and with pauses of random length. An endpoint that
// fails again and again is left alone for a while (a circuit breaker), and what
// servers answer is checked as input from outside is.
//
// A channel (channel.go) speaks one form of the protocol with one endpoint; all
// else knows nothing of the form. An address that is told in an error is told by
// Open only, to whoever configures the engine: errors of Predict and the metadata
// may reach anyone, so what is behind them goes to the log.
package openinference
