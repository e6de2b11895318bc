package swaggerui

import (
	_ "embed"
)

// Index is the page.
//
//go:embed index.html
var Index string

var (
	//go:embed swagger-ui.css.gz
	style []byte
	//go:embed swagger-ui-bundle.js.gz
	script []byte
	//go:embed favicon-16x16.png
	smallIcon []byte
	//go:embed favicon-32x32.png
	largeIcon []byte
)

// file is one that the page asks for.
type file struct {
	contentType string
	content     []byte
	compressed  bool // by gzip
}

var files = map[string]file{
	"swagger-ui.css":       {"text/css; charset=utf-8", style, true},
	"swagger-ui-bundle.js": {"text/javascript; charset=utf-8", script, true},
	"favicon-16x16.png":    {"image/png", smallIcon, false},
	"favicon-32x32.png":    {"image/png", largeIcon, false},
}
