package deploy

import (
	"slices"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// TestObjectsMeanEachOther: what selects, selects the pods; what names a port or an
// object, names one that there is. Kubernetes itself checks none of it.
func TestObjectsMeanEachOther(t *testing.T) {
	for name, text := range render(t) {
		objects := parse(t, name, text)
		if name == kserve || name == example {
			continue
		}
		d := find[*apps.Deployment](t, objects)
		selects(t, name+": the Deployment", d.Spec.Selector, d.Spec.Template.Labels)
		selects(t, name+": the PodDisruptionBudget", find[*policy.PodDisruptionBudget](t, objects).Spec.Selector, d.Spec.Template.Labels)
		for _, p := range all[*networking.NetworkPolicy](objects) {
			selects(t, name+": the NetworkPolicy "+p.Name, &p.Spec.PodSelector, d.Spec.Template.Labels)
			for _, rule := range p.Spec.Ingress {
				for _, port := range rule.Ports {
					declared(t, name, d.Spec.Template.Spec.Containers[0], port.Port.StrVal)
				}
			}
		}
		services := all[*core.Service](objects)
		for _, s := range services {
			selects(t, name+": the Service "+s.Name, meta.SetAsLabelSelector(s.Spec.Selector), d.Spec.Template.Labels)
			for _, port := range s.Spec.Ports {
				declared(t, name, d.Spec.Template.Spec.Containers[0], port.TargetPort.StrVal)
			}
		}
		for _, m := range all[*monitoring.ServiceMonitor](objects) {
			selects(t, name+": the ServiceMonitor", &m.Spec.Selector, services[0].Labels)
			declared(t, name, d.Spec.Template.Spec.Containers[0], m.Spec.Endpoints[0].Port)
		}
		if target := find[*autoscaling.HorizontalPodAutoscaler](t, objects).Spec.ScaleTargetRef; target.Name != d.Name || target.Kind != "Deployment" {
			t.Errorf("%s: %+v is scaled", name, target)
		}
		if account := find[*core.ServiceAccount](t, objects).Name; d.Spec.Template.Spec.ServiceAccountName != account {
			t.Errorf("%s: the pods' account is %q, there is %q", name, d.Spec.Template.Spec.ServiceAccountName, account)
		}
		if d.Spec.Replicas != nil {
			t.Errorf("%s: the Deployment and the HorizontalPodAutoscaler both say how many replicas there are", name)
		}
	}
}

// TestNothingGoesOut: the policy is for ways out too, and allows none.
func TestNothingGoesOut(t *testing.T) {
	for _, p := range all[*networking.NetworkPolicy](parse(t, base, render(t)[base])) {
		if !slices.Contains(p.Spec.PolicyTypes, networking.PolicyTypeEgress) || len(p.Spec.Egress) > 0 {
			t.Errorf("%s: %+v", p.Name, p.Spec)
		}
	}
}

func selects(t *testing.T, what string, by *meta.LabelSelector, set map[string]string) {
	t.Helper()
	selector, err := meta.LabelSelectorAsSelector(by)
	if err != nil || selector.Empty() || !selector.Matches(labels.Set(set)) {
		t.Errorf("%s selects %v, not %v: %v", what, selector, set, err)
	}
}

func declared(t *testing.T, what string, c core.Container, port string) {
	t.Helper()
	for _, p := range c.Ports {
		if p.Name == port {
			return
		}
	}
	t.Errorf("%s: port %q is none of %v", what, port, c.Ports)
}

// TestTheQueueScales: with monitoring, both the processor and the queue count.
func TestTheQueueScales(t *testing.T) {
	const name = base + " and monitoring"
	metrics := find[*autoscaling.HorizontalPodAutoscaler](t, parse(t, name, render(t)[name])).Spec.Metrics
	if len(metrics) != 2 || metrics[0].Resource == nil || metrics[0].Resource.Name != core.ResourceCPU || metrics[1].Pods == nil || metrics[1].Pods.Metric.Name != "portent_queue_length" {
		t.Errorf("%+v", metrics)
	}
}
