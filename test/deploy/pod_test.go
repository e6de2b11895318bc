package deploy

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
)

const user = 65532 // that of the image

// containers returns the container of Portent wherever one is described.
func containers(t *testing.T) map[string]core.Container {
	t.Helper()
	list := map[string]core.Container{}
	for name, text := range render(t) {
		objects := parse(t, name, text)
		for _, d := range all[*apps.Deployment](objects) {
			list[name] = d.Spec.Template.Spec.Containers[0]
		}
		for _, r := range all[*servingRuntime](objects) {
			list[name] = r.Spec.Containers[0]
		}
	}
	if len(list) != 5 {
		t.Fatalf("%d containers", len(list))
	}
	return list
}

// is reports whether a pointer leads to a value.
func is[T comparable](p *T, value T) bool { return p != nil && *p == value }

// TestContainersMayDoNothing: what Kubernetes calls restricted, and a read-only root
// beyond that.
func TestContainersMayDoNothing(t *testing.T) {
	for name, c := range containers(t) {
		s := c.SecurityContext
		switch {
		case s == nil || s.Capabilities == nil || s.SeccompProfile == nil:
			t.Errorf("%s: no security context, or one without capabilities or seccomp", name)
		case !is(s.RunAsNonRoot, true) || !is(s.RunAsUser, user) || !is(s.ReadOnlyRootFilesystem, true) || !is(s.AllowPrivilegeEscalation, false) || !is(s.Privileged, false):
			t.Errorf("%s: %+v", name, s)
		case !slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 || s.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault:
			t.Errorf("%s: capabilities %+v, seccomp %+v", name, s.Capabilities, s.SeccompProfile)
		}
	}
}

func TestContainersHaveLimits(t *testing.T) {
	for name, c := range containers(t) {
		for _, resource := range []core.ResourceName{core.ResourceCPU, core.ResourceMemory} {
			limit, request := c.Resources.Limits[resource], c.Resources.Requests[resource]
			if limit.IsZero() || request.IsZero() || request.Cmp(limit) > 0 {
				t.Errorf("%s: %s is requested as %v, limited to %v", name, resource, request.String(), limit.String())
			}
		}
	}
}

// duration returns what a flag of a container says.
func duration(t *testing.T, c core.Container, flag string) time.Duration {
	t.Helper()
	for _, arg := range c.Args {
		if value, ok := strings.CutPrefix(arg, flag+"="); ok {
			d, err := time.ParseDuration(value)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatalf("%q do not say %s", c.Args, flag)
	return 0
}

// TestTheEndIsLongEnough: balancers have time to notice, a request that is accepted
// may take --timeout, --grace waits for it, and the pod lives that long.
func TestTheEndIsLongEnough(t *testing.T) {
	const toStop = 5 * time.Second
	for name, c := range containers(t) {
		timeout, grace, delay := duration(t, c, "--timeout"), duration(t, c, "--grace"), duration(t, c, "--drain-delay")
		if grace < timeout {
			t.Errorf("%s: --grace %v is shorter than --timeout %v", name, grace, timeout)
		}
		lives := 30 * time.Second // KServe's
		if name != kserve {
			d := find[*apps.Deployment](t, parse(t, name, render(t)[name]))
			lives = time.Duration(*d.Spec.Template.Spec.TerminationGracePeriodSeconds) * time.Second
		}
		if needs := delay + grace + toStop; delay <= 0 || lives < needs {
			t.Errorf("%s: the pod lives for %v, and needs %v, --drain-delay of %v included", name, lives, needs, delay)
		}
	}
}

// portOf returns the port that a flag listens on; the flag's default if it is not given.
func portOf(t *testing.T, c core.Container, flag, otherwise string) string {
	t.Helper()
	for _, arg := range c.Args {
		if value, ok := strings.CutPrefix(arg, flag+"="); ok {
			return strings.TrimPrefix(value, ":")
		}
	}
	return otherwise
}

// TestProbesAskWhereItListens: ports that are named are declared, and declared ports
// are those of the flags.
func TestProbesAskWhereItListens(t *testing.T) {
	for name, c := range containers(t) {
		listens := map[string]string{"http": portOf(t, c, "--addr", "8000"), "grpc": portOf(t, c, "--grpc-addr", "8001")}
		for _, port := range c.Ports {
			if listens[port.Name] != strconv.Itoa(int(port.ContainerPort)) {
				t.Errorf("%s: port %s is declared as %d, and it listens on %s", name, port.Name, port.ContainerPort, listens[port.Name])
			}
		}
		probes := []*core.Probe{c.ReadinessProbe}
		if name != kserve {
			probes = append(probes, c.StartupProbe, c.LivenessProbe)
		}
		for _, probe := range probes {
			if port := probe.HTTPGet.Port; port.String() != "http" && port.String() != listens["http"] {
				t.Errorf("%s: a probe asks port %s", name, port.String())
			}
		}
	}
}
