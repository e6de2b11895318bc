// Generated predicts with the client that oapi-codegen writes beside this file, of
// the document that a server gives: it has no line about HTTP of its own.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
)

func main() {
	if err := predict(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func predict(url, path string) error {
	client, err := NewClientWithResponses(url)
	if err != nil {
		return err
	}
	picture, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	topK := 2
	for _, ask := range []func() (*PredictResponse, error){
		func() (*PredictResponse, error) {
			return client.PredictWithResponse(context.Background(), &PredictParams{TopK: &topK}, PredictRequest{Image: &picture})
		},
		func() (*PredictResponse, error) {
			return client.PredictWithBodyWithResponse(context.Background(), &PredictParams{TopK: &topK}, "image/png", bytes.NewReader(picture))
		},
	} {
		answer, err := ask()
		if err != nil {
			return err
		}
		if answer.JSON200 == nil {
			return fmt.Errorf("%s: %s", answer.Status(), answer.Body)
		}
		fmt.Println(answer.JSON200.Label, answer.JSON200.Probability, len(answer.JSON200.Top))
	}
	refused, err := client.PredictWithResponse(context.Background(), nil, PredictRequest{})
	if err != nil {
		return err
	}
	if refused.JSON422 == nil {
		return fmt.Errorf("an empty request: %s: %s", refused.Status(), refused.Body)
	}
	fmt.Println(refused.JSON422.Error)
	return nil
}
