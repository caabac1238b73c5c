//go:build tools

// Names the one program that this module is there to build.
package tools

import _ "github.com/element-hq/dendrite/cmd/dendrite"
