// Package engine measures how fast engines run the same models on the same
// samples: the latency of one sample on one thread, and the throughput of
// batches with all cores.
//
// Each peer runs in processes of its own. The peers take turns within a round,
// and the next round goes the other way, so that what disturbs the machine for a
// while disturbs all of them.
package engine
