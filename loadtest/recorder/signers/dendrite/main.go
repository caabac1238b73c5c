// Signs the questions as Dendrite does: with the client of its own library, whose requests are kept and not sent.
package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"

	"github.com/matrix-org/gomatrixserverlib"
	"github.com/matrix-org/gomatrixserverlib/fclient"
	"github.com/matrix-org/gomatrixserverlib/spec"
)

type question struct {
	Ask      string   `json:"ask"`
	Room     string   `json:"room"`
	V        []string `json:"v"`
	Latest   []string `json:"latest"`
	Earliest []string `json:"earliest"`
	Limit    int      `json:"limit"`
}

type told struct {
	Origin      spec.ServerName `json:"origin"`
	Destination spec.ServerName `json:"destination"`
	KeyVersion  string          `json:"key_version"`
	Seed        string          `json:"seed"`
	Questions   []question      `json:"questions"`
}

type request struct {
	Method        string   `json:"method"`
	Target        string   `json:"target"`
	Authorization []string `json:"authorization"`
	Body          *string  `json:"body"`
}

// kept is a transport that keeps each request in place of sending it.
type kept struct{ requests []request }

func (k *kept) RoundTrip(sent *http.Request) (*http.Response, error) {
	seen := request{Method: sent.Method, Target: sent.URL.RequestURI(), Authorization: sent.Header.Values("Authorization")}
	if sent.Body != nil {
		body, err := io.ReadAll(sent.Body)
		if err != nil {
			return nil, err
		}
		if text := string(body); text != "" {
			seen.Body = &text
		}
	}
	k.requests = append(k.requests, seen)
	return nil, errors.New("kept, not sent")
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/matrix-org/gomatrixserverlib" {
			return "gomatrixserverlib " + module.Version
		}
	}
	return "gomatrixserverlib"
}

func main() {
	var asked told
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	seed, err := base64.RawStdEncoding.DecodeString(asked.Seed)
	if err != nil {
		log.Fatal(err)
	}
	transport := &kept{}
	client := fclient.NewFederationClient(
		[]*fclient.SigningIdentity{{
			ServerName: asked.Origin,
			KeyID:      gomatrixserverlib.KeyID("ed25519:" + asked.KeyVersion),
			PrivateKey: ed25519.NewKeyFromSeed(seed),
		}},
		fclient.WithTransport(transport),
	)
	for _, q := range asked.Questions {
		// Both fail, since nothing is sent.
		if q.Ask == "backfill" {
			_, _ = client.Backfill(context.Background(), asked.Origin, asked.Destination, q.Room, q.Limit, q.V)
		} else {
			missing := fclient.MissingEvents{Limit: q.Limit, EarliestEvents: q.Earliest, LatestEvents: q.Latest}
			_, _ = client.LookupMissingEvents(
				context.Background(), asked.Origin, asked.Destination, q.Room, missing, gomatrixserverlib.RoomVersionV10)
		}
	}
	answer := map[string]any{"by": version(), "requests": transport.requests}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		log.Fatal(err)
	}
}
