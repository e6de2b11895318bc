// Package loadgen sends predictions to a model, many at once, and measures how long
// they take.
//
// A closed loop keeps so many requests under way, each sent when the one before it
// was answered. It says what a model can do, but it waits with a model that
// stalls, so that the stall counts once although many would have met it (coordinated
// omission). An open loop sends at given times whatever happens, and a request's
// latency counts from the time at which it was due.
//
// Latencies are kept in a histogram of bounded size, to three digits. A request that
// failed, or was answered wrongly, is counted by its reason and has no latency.
package loadgen
