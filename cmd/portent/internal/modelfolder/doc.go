// Package modelfolder writes a model's folder, in the layout that package model reads:
// the network, and what its file cannot say. What is not known is left out, never
// guessed, since a wrong guess is a model that answers wrongly without a word.
package modelfolder
