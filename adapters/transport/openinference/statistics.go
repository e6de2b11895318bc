package openinference

import (
	"net/http"

	"github.com/portent-go/portent/domain/serving"
)

// statistics says what became of a model's requests.
//
// @summary  What became of a model's requests, and how long did they take?
// @id       modelStatistics
// @tags     open inference
// @produce  json
// @param    model  path      string  true  "the model's name"
// @success  200    {object}  statisticsAnswer
// @failure  401    {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  404    {object}  web.ErrorAnswer  "no such model or version"
// @failure  429    {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure  503    {object}  web.ErrorAnswer  "being loaded"
// @header   401    {string}  WWW-Authenticate  "how to show a token"
// @header   429,503    {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/models/{model}/stats [get]
func (h *Handler) statistics(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("model")
	versions := h.repository.Versions(name)
	if version := r.PathValue("version"); version != "" || len(versions) == 0 {
		versions = []string{version} // of which the repository says whether it is there
	}
	answer := statisticsAnswer{ModelStats: []modelStatistics{}}
	for _, version := range versions {
		one, err := h.statisticsOf(name, version)
		if err != nil {
			return err
		}
		answer.ModelStats = append(answer.ModelStats, one)
	}
	return h.ok(w, r, answer)
}

// allStatistics says what became of the requests of all models.
//
// @summary  What became of the requests of all models, and how long did they take?
// @id       statistics
// @tags     open inference
// @produce  json
// @success  200  {object}  statisticsAnswer
// @failure  401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @header   401  {string}  WWW-Authenticate  "how to show a token"
// @header   429  {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/models/stats [get]
func (h *Handler) allStatistics(w http.ResponseWriter, r *http.Request) error {
	answer := statisticsAnswer{ModelStats: []modelStatistics{}}
	for _, name := range h.repository.Names() {
		for _, version := range h.repository.Versions(name) {
			if one, err := h.statisticsOf(name, version); err == nil { // else it was unloaded a moment ago
				answer.ModelStats = append(answer.ModelStats, one)
			}
		}
	}
	return h.ok(w, r, answer)
}

func (h *Handler) statisticsOf(name, version string) (modelStatistics, error) {
	served, release, err := h.repository.Acquire(name, version)
	if err != nil {
		return modelStatistics{}, err
	}
	defer release()
	s := served.Stats.Snapshot()
	answer := modelStatistics{
		Name: served.Name, Version: served.Version, InferenceCount: s.InferenceCount, ExecutionCount: s.ExecutionCount,
		InferenceStats: inferenceStatistics{
			Success: durationOf(s.Success), Fail: durationOf(s.Fail), Queue: durationOf(s.Queue),
			ComputeInput: durationOf(s.ComputeInput), ComputeInfer: durationOf(s.ComputeInfer), ComputeOutput: durationOf(s.ComputeOutput),
		},
		BatchStats: []batchStatistics{},
	}
	if !s.Last.IsZero() {
		answer.LastInference = s.Last.UnixMilli()
	}
	for _, batch := range s.Batches {
		answer.BatchStats = append(answer.BatchStats, batchStatistics{BatchSize: batch.Size, ComputeInfer: durationOf(batch.Infer)})
	}
	return answer, nil
}

func durationOf(d serving.Duration) durationAnswer {
	return durationAnswer{Count: d.Count, Nanoseconds: d.Total.Nanoseconds()}
}
