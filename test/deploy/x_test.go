package deploy
import (
_ "github.com/kserve/kserve/pkg/apis/serving/v1alpha1"
_ "github.com/kserve/kserve/pkg/apis/serving/v1beta1"
_ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
_ "k8s.io/api/apps/v1"
_ "k8s.io/client-go/kubernetes/scheme"
_ "sigs.k8s.io/kustomize/api/krusty"
_ "sigs.k8s.io/yaml"
_ "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
)
