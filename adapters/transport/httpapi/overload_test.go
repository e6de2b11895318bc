package httpapi_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain/serving"
)

// TestAnOverloadedServerDecodesNoPictures sends what is no picture while there is no
// room for a prediction: that it is none must not be found out.
func TestAnOverloadedServerDecodesNoPictures(t *testing.T) {
	begun, free := make(chan struct{}), make(chan struct{})
	f := &fake{hook: func(context.Context) error { begun <- struct{}{}; <-free; return nil }}
	classifier := classifierOver(t, f, card(), serving.Options{Concurrency: 1, Queue: -1})
	handler, err := httpapi.New(classifier, httpapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan int)
	go func() {
		answered <- ask(handler, http.MethodPost, "/predict", "application/octet-stream", string(make([]byte, 4*3*32*32))).Code
	}()
	<-begun
	form := "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nnone\r\n--x--\r\n"
	doors := map[string]string{
		"image/png": "none", "multipart/form-data; boundary=x": form,
		"application/json": `{"image": "` + base64.StdEncoding.EncodeToString([]byte("none")) + `"}`,
	}
	for contentType, body := range doors {
		answer := ask(handler, http.MethodPost, "/predict", contentType, body)
		if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" || !strings.Contains(answer.Body.String(), "overloaded") {
			t.Errorf("%s: %d %v %s", contentType, answer.Code, answer.Header(), answer.Body)
		}
	}
	close(free)
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the prediction that ran was answered with %d", status)
	}
	for contentType, body := range doors {
		if answer := ask(handler, http.MethodPost, "/predict", contentType, body); answer.Code == http.StatusServiceUnavailable || answer.Code == http.StatusOK {
			t.Errorf("%s, when there is room: %d %s", contentType, answer.Code, answer.Body)
		}
	}
}
