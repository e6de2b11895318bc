// Package service measures how fast servers answer the same requests: requests a
// second and latency in a closed loop, memory of all their processes, and the
// time from start to the first answer.
package service
