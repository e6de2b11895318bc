package tracing

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/portent-go/portent/domain"
)

// The variables that are looked at here; OpenTelemetry's libraries read these and
// more.
const (
	variableDisabled       = "OTEL_SDK_DISABLED"
	variableExporter       = "OTEL_TRACES_EXPORTER"
	variableEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	variableTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	variableProtocol       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	variableTracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	variableSampler        = "OTEL_TRACES_SAMPLER"
	variableSamplerRatio   = "OTEL_TRACES_SAMPLER_ARG"
	variablePropagators    = "OTEL_PROPAGATORS"
)

// allowed are the values that a variable may have here. The libraries would fall
// back to something else, and tell nobody who waits for it.
var allowed = []struct {
	variable string
	values   []string
}{
	{variableExporter, []string{"otlp", "none"}},
	{variableProtocol, []string{"http/protobuf"}},
	{variableTracesProtocol, []string{"http/protobuf"}},
	{variableSampler, []string{"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}},
	{variablePropagators, []string{"tracecontext", "tracecontext,baggage", "baggage,tracecontext"}},
}

// wanted reports whether the environment asks for traces. What it asks for and
// cannot have is an error of kind Invalid.
func wanted() (bool, error) {
	if strings.EqualFold(valueOf(variableDisabled), "true") || valueOf(variableExporter) == "none" {
		return false, nil
	}
	if valueOf(variableEndpoint) == "" && valueOf(variableTracesEndpoint) == "" {
		return false, nil
	}
	for _, rule := range allowed {
		value := valueOf(rule.variable)
		if value != "" && !slices.Contains(rule.values, value) {
			return false, &domain.Error{
				Kind: domain.Invalid, Field: rule.variable, Msg: "is not possible here",
				Expected: "one of " + strings.Join(rule.values, ", "), Got: value,
			}
		}
	}
	return true, checkRatio()
}

// valueOf returns a variable's value as OpenTelemetry's libraries read it.
func valueOf(variable string) string { return strings.TrimSpace(os.Getenv(variable)) }

// checkRatio refuses a share of traces to keep that is none.
func checkRatio() error {
	text := valueOf(variableSamplerRatio)
	if text == "" || !strings.HasSuffix(valueOf(variableSampler), "traceidratio") {
		return nil
	}
	if ratio, err := strconv.ParseFloat(text, 64); err != nil || !(ratio >= 0 && ratio <= 1) {
		return &domain.Error{Kind: domain.Invalid, Field: variableSamplerRatio, Msg: "is no share of the traces", Expected: "a number from 0 to 1", Got: text}
	}
	return nil
}
