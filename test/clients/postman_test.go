package clients

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// TestPostman imports the OpenAPI document as Postman does, and sends each request
// of the collection as it is. All of them must succeed.
func TestPostman(t *testing.T) {
	tools := filepath.Join(installed(t, "POSTMAN", "npm and the package registry; make clients installs the rest"), "node_modules", ".bin")
	s := serve(t, "--models", modelFolder(t), "--default-model", theClassifier)
	folder := t.TempDir()
	document, collection := filepath.Join(folder, "openapi.json"), filepath.Join(folder, "collection.json")
	download(t, s.URL+"/openapi.json", document)
	run(t, filepath.Join(tools, "openapi2postmanv2"), "--spec", document, "--output", collection, "--options", "parametersResolution=Example,folderStrategy=Tags")
	expectSuccess(t, collection)
	run(t, filepath.Join(tools, "newman"), "run", collection, "--env-var", "baseUrl="+s.URL, "--color", "off")
}

// modelFolder returns a folder of models with the shipped one in it.
func modelFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Symlink(beside(t, root+"/model"), filepath.Join(folder, theClassifier)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// expectSuccess adds to a collection that every answer must have a status of
// success, and that there are requests in it.
func expectSuccess(t *testing.T, collection string) {
	t.Helper()
	text, err := os.ReadFile(collection)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	if err := json.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	if folders, _ := content["item"].([]any); len(folders) < 3 {
		t.Fatalf("the collection has %d folders, expected one for each tag", len(folders))
	}
	const script = "pm.test('succeeds', () => pm.expect(pm.response.code, pm.response.text()).to.be.within(200, 299))"
	content["event"] = []any{map[string]any{"listen": "test", "script": map[string]any{"type": "text/javascript", "exec": []string{script}}}}
	if text, err = json.Marshal(content); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(collection, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// download writes what a server answers to a file.
func download(t *testing.T, url, file string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.ReadFrom(response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", url, response.Status, err)
	}
}
