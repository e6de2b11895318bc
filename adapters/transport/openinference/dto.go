package openinference

// inferRequest is what a model is asked with, as JSON.
//
//nolint:unused // swag reads it; what a body holds is decoded field by field
type inferRequest struct {
	// Comes back in the answer.
	ID string `json:"id,omitempty" maxLength:"1024" extensions:"x-nullable"`
	// The model's name, as in the address.
	ModelName string `json:"model_name,omitempty" extensions:"x-nullable"`
	// Strings, numbers and booleans.
	Parameters map[string]any `json:"parameters,omitempty" extensions:"x-nullable"`
	Inputs     []inferTensor  `json:"inputs"`
	// Which outputs are wanted; all if left out.
	Outputs []wantedOutput `json:"outputs,omitempty" extensions:"x-nullable"`
} // @name InferenceRequest

// inferTensor is an input or an output.
//
//nolint:unused // as above
type inferTensor struct {
	Name string `json:"name"`
	// The batch is one of the axes.
	Shape    []int  `json:"shape"`
	Datatype string `json:"datatype" enums:"BOOL,UINT8,UINT16,UINT32,UINT64,INT8,INT16,INT32,INT64,FP16,BF16,FP32,FP64,BYTES"`
	// Strings, numbers and booleans, such as binary_data_size.
	Parameters map[string]any `json:"parameters,omitempty" extensions:"x-nullable"`
	// The elements, nested or flat; none where they follow the JSON in raw form.
	Data []any `json:"data,omitempty" extensions:"x-nullable"`
} // @name InferenceTensor

// wantedOutput is an output that a request asks for.
//
//nolint:unused // as above
type wantedOutput struct {
	Name string `json:"name"`
	// Such as binary_data or classification.
	Parameters map[string]any `json:"parameters,omitempty" extensions:"x-nullable"`
} // @name RequestedOutput

// inferAnswer is a model's answer, as JSON.
//
//nolint:unused // as above
type inferAnswer struct {
	ModelName    string `json:"model_name"`
	ModelVersion string `json:"model_version,omitempty"`
	// As given in the request.
	ID         string         `json:"id,omitempty"`
	Parameters map[string]any `json:"parameters,omitempty"`
	Outputs    []inferTensor  `json:"outputs"`
} // @name InferenceAnswer

// serverAnswer says what the server is.
type serverAnswer struct {
	Name       string   `json:"name" example:"portent"`
	Version    string   `json:"version"`
	Extensions []string `json:"extensions" example:"binary_tensor_data,classification"`
} // @name ServerMetadata

// liveAnswer says that the server is alive.
type liveAnswer struct {
	Live bool `json:"live" example:"true"`
} // @name ServerLive

// readyAnswer says whether the server can predict.
type readyAnswer struct {
	Live  bool `json:"live" example:"true"`
	Ready bool `json:"ready" example:"true"`
} // @name ServerReady

// modelReadyAnswer says whether a model can predict.
type modelReadyAnswer struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready" example:"true"`
} // @name ModelReady

// metadataAnswer says what a model takes and gives.
type metadataAnswer struct {
	Name string `json:"name"`
	// Those that are loaded, oldest first.
	Versions   []string          `json:"versions,omitempty"`
	Platform   string            `json:"platform" example:"onnx_onnxv1"`
	Inputs     []tensorAnswer    `json:"inputs"`
	Outputs    []tensorAnswer    `json:"outputs"`
	Properties map[string]string `json:"properties,omitempty"`
} // @name ModelMetadata

// tensorAnswer is an input or an output of a model.
type tensorAnswer struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype" example:"FP32"`
	Shape    []int  `json:"shape" example:"-1,3,32,32"`
	// The names of the classes, for a classifier's scores.
	Labels []string `json:"labels,omitempty"`
} // @name TensorMetadata

// configAnswer is a model's configuration.
type configAnswer struct {
	Name     string `json:"name"`
	Platform string `json:"platform" example:"onnx_onnxv1"`
	Backend  string `json:"backend"`
	// 0 for a model that takes no batches.
	MaxBatchSize int            `json:"max_batch_size"`
	Input        []configTensor `json:"input"`
	Output       []configTensor `json:"output"`
} // @name ModelConfig

// configTensor is an input or an output in a configuration.
type configTensor struct {
	Name     string `json:"name"`
	DataType string `json:"data_type" example:"TYPE_FP32"`
	Dims     []int  `json:"dims" example:"3,32,32"`
} // @name ModelConfigTensor

// statisticsAnswer says what became of requests.
type statisticsAnswer struct {
	ModelStats []modelStatistics `json:"model_stats"`
} // @name Statistics

// modelStatistics says what became of the requests of a version of a model.
type modelStatistics struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// When the last request ended, in milliseconds since 1970; 0 if there was none.
	LastInference int64 `json:"last_inference"`
	// Rows that were answered.
	InferenceCount uint64 `json:"inference_count"`
	// Runs of the engine.
	ExecutionCount uint64              `json:"execution_count"`
	InferenceStats inferenceStatistics `json:"inference_stats"`
	// The engine's runs by their rows.
	BatchStats []batchStatistics `json:"batch_stats"`
} // @name ModelStatistics

// inferenceStatistics says where the time of requests went.
type inferenceStatistics struct {
	Success       durationAnswer `json:"success"`
	Fail          durationAnswer `json:"fail"`
	Queue         durationAnswer `json:"queue"`
	ComputeInput  durationAnswer `json:"compute_input"`
	ComputeInfer  durationAnswer `json:"compute_infer"`
	ComputeOutput durationAnswer `json:"compute_output"`
	CacheHit      durationAnswer `json:"cache_hit"`
	CacheMiss     durationAnswer `json:"cache_miss"`
} // @name InferenceStatistics

// batchStatistics says how long the engine's runs of so many rows took.
type batchStatistics struct {
	BatchSize     int            `json:"batch_size"`
	ComputeInput  durationAnswer `json:"compute_input"`
	ComputeInfer  durationAnswer `json:"compute_infer"`
	ComputeOutput durationAnswer `json:"compute_output"`
} // @name BatchStatistics

// durationAnswer is how often something was done, and how long that took together.
type durationAnswer struct {
	Count       uint64 `json:"count"`
	Nanoseconds int64  `json:"ns"`
} // @name StatisticDuration

// indexRequest asks for the models that there are.
//
//nolint:unused // as above
type indexRequest struct {
	// Only those that can predict.
	Ready bool `json:"ready,omitempty"`
} // @name RepositoryIndexRequest

// indexAnswer is a version of a model in the index.
type indexAnswer struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	State   string `json:"state" enums:"READY,LOADING,UNLOADING,UNAVAILABLE"`
	// Why it is not ready.
	Reason string `json:"reason"`
} // @name RepositoryIndexEntry

// repositoryRequest asks to load or unload a model.
//
//nolint:unused // as above
type repositoryRequest struct {
	Parameters map[string]any `json:"parameters,omitempty" extensions:"x-nullable"`
} // @name RepositoryRequest

// emptyAnswer says that it is done.
type emptyAnswer struct{} // @name Done
