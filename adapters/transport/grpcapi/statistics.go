package grpcapi

import (
	"context"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain/serving"
)

// ModelStatistics says how many predictions there were and what they took: of one
// model or of all, of one version or of all that are loaded.
func (s *Server) ModelStatistics(_ context.Context, request *inferencepb.ModelStatisticsRequest) (*inferencepb.ModelStatisticsResponse, error) {
	response := new(inferencepb.ModelStatisticsResponse)
	names, chosen := s.repository.Names(), request.GetName()
	if chosen != "" {
		names = []string{chosen}
	}
	for _, name := range names {
		versions := s.repository.Versions(name)
		if request.GetVersion() != "" || len(versions) == 0 {
			versions = []string{request.GetVersion()}
		}
		for _, version := range versions {
			statistics, err := s.statisticsOf(name, version)
			switch {
			case err == nil:
				response.ModelStats = append(response.ModelStats, statistics)
			case chosen != "": // else it was unloaded a moment ago
				return nil, err
			}
		}
	}
	return response, nil
}

func (s *Server) statisticsOf(name, version string) (*inferencepb.ModelStatistics, error) {
	served, release, err := s.repository.Acquire(name, version)
	if err != nil {
		return nil, err
	}
	defer release()
	snapshot := served.Stats.Snapshot()
	statistics := &inferencepb.ModelStatistics{
		Name: served.Name, Version: served.Version,
		InferenceCount: snapshot.InferenceCount, ExecutionCount: snapshot.ExecutionCount,
		InferenceStats: &inferencepb.InferStatistics{
			Success: durationOf(snapshot.Success), Fail: durationOf(snapshot.Fail), Queue: durationOf(snapshot.Queue),
			ComputeInput: durationOf(snapshot.ComputeInput), ComputeInfer: durationOf(snapshot.ComputeInfer), ComputeOutput: durationOf(snapshot.ComputeOutput),
		},
	}
	if !snapshot.Last.IsZero() {
		statistics.LastInference = uint64(snapshot.Last.UnixMilli())
	}
	for _, batch := range snapshot.Batches {
		statistics.BatchStats = append(statistics.BatchStats, &inferencepb.InferBatchStatistics{
			BatchSize: uint64(batch.Size), ComputeInput: durationOf(serving.Duration{}), ComputeInfer: durationOf(batch.Infer), ComputeOutput: durationOf(serving.Duration{}),
		})
	}
	return statistics, nil
}

func durationOf(d serving.Duration) *inferencepb.StatisticDuration {
	return &inferencepb.StatisticDuration{Count: d.Count, Ns: uint64(max(0, d.Total.Nanoseconds()))}
}
