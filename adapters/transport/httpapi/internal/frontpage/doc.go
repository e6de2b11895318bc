// Package frontpage holds the page at the server's root, on which a person tries
// the models, with the files that it asks for. It is plain HTML, CSS and
// JavaScript; what it shows of the models it asks the server for when it is open.
//
// The files are sent as they lie here, without what is for readers of a source. They are found below a folder whose name is
// their digest, so that a browser keeps them for good, and never has the files of
// one version and the page of another.
package frontpage
