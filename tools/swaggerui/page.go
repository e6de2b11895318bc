package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"

	httpSwagger "github.com/swaggo/http-swagger/v2"
)

// render returns the page, without the bar on top that asks for the address of any
// document: the server has one.
func render(document string) ([]byte, error) {
	handler := httpSwagger.Handler(httpSwagger.URL(document), httpSwagger.Layout(httpSwagger.BaseLayout), httpSwagger.UIConfig(withToken))
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/index.html", nil))
	if recorder.Code != http.StatusOK || recorder.Body.Len() == 0 {
		return nil, errors.New("the page cannot be rendered")
	}
	return recorder.Body.Bytes(), nil
}

// withToken has the page send the token that was entered on the front page, where the
// server asks for one. Without one, or with a wrong one, it leads there.
var withToken = map[string]string{
	"requestInterceptor": `function (request) {
      const token = sessionStorage.getItem("portent-token");
      if (token && !request.headers.Authorization) request.headers.Authorization = "Bearer " + token;
      return request;
    }`,
	"responseInterceptor": `function (response) {
      if (response.status === 401 && response.url.endsWith("/openapi.json")) location.replace("../#swagger");
      return response;
    }`,
}

// preset is the file of the bar that is left out. The page asks for it all the
// same, and the server answers with an empty one.
const preset = "swagger-ui-standalone-preset.js"

var reference = regexp.MustCompile(`(?:src|href)="\./([^"]+)"`)

// referenced returns the names of the files that a page asks for.
func referenced(page []byte) []string {
	var names []string
	for _, match := range reference.FindAllSubmatch(page, -1) {
		if name := string(match[1]); name != preset && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
