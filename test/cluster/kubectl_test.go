package cluster

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

// root is the repository's, from where documents' commands are meant to be run.
const root = "../.."

// shell is where a reader of the documents types: kubectl is there, and knows the
// server and a namespace.
type shell struct{ environment []string }

// shell returns one with a new namespace, whose pods must be restricted.
func (s *server) shell(t *testing.T, namespace string) *shell {
	t.Helper()
	program := os.Getenv("KUBECTL")
	if program == "" {
		skip(t, "KUBECTL names no kubectl; make cluster-test builds one")
	}
	folder, home := t.TempDir(), t.TempDir()
	config := filepath.Join(home, "config")
	text, err := yaml.Marshal(s.kubeconfig(s.namespace(t, namespace)))
	if err := errors.Join(err, os.WriteFile(config, text, 0o600), os.Symlink(program, filepath.Join(folder, "kubectl"))); err != nil {
		t.Fatal(err)
	}
	// Nothing else of the environment, since settings of kubectl's own may be in it.
	return &shell{[]string{"PATH=" + folder + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + home, "KUBECONFIG=" + config}}
}

// kubeconfig returns what tells kubectl of the server, of its administrator and of a
// namespace.
func (s *server) kubeconfig(namespace string) object {
	return object{
		"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": []any{map[string]any{"name": "test", "cluster": map[string]any{"server": s.url, "certificate-authority": s.authority.path("ca.crt")}}},
		"users": []any{map[string]any{"name": administrator, "user": map[string]any{
			"client-certificate": s.authority.path(administrator + ".crt"), "client-key": s.authority.path(administrator + ".key"),
		}}},
		"contexts": []any{map[string]any{"name": "test", "context": map[string]any{"cluster": "test", "user": administrator, "namespace": namespace}}},
	}
}

// kubectlIsTheServers: it is of the server's version, since it is lenient with others.
func kubectlIsTheServers(t *testing.T, s *server, _ map[string][]object) {
	versions := map[string]string{}
	for _, line := range s.shell(t, "versions").run(t, "kubectl version") {
		what, version, _ := strings.Cut(line, " Version: ")
		versions[what] = version
	}
	if versions["Client"] == "" || versions["Client"] != versions["Server"] {
		t.Errorf("the versions are %q", versions)
	}
}

// run runs commands as they stand and returns the lines that they print. They must end
// well, and warn of nothing.
func (sh *shell) run(t *testing.T, commands string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), toStart)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euc", commands)
	command.Dir, command.Env, command.WaitDelay = root, sh.environment, time.Second
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that kubectl ends with bash
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	var printed, warned bytes.Buffer
	command.Stdout, command.Stderr = &printed, &warned
	if err := command.Run(); err != nil || warned.Len() > 0 {
		t.Fatalf("%s\n%v\n%s%s", commands, err, &printed, &warned)
	}
	t.Logf("%s\n%s", commands, &printed)
	if printed.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(printed.String(), "\n"), "\n")
}
