package webhook

import (
	"fmt"
	"hash/fnv"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// message is Alertmanager's webhook body, version 4, as its documentation
// ("webhook_config") gives it.
type message struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            string            `json:"status"` // firing or resolved
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []amAlert         `json:"alerts"`
}

type amAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // zero while it fires
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

func alertmanager(n Notification, receiver string) message {
	m := message{Version: "4", GroupKey: n.group(), Status: "resolved", Receiver: receiver, ExternalURL: n.Console,
		GroupLabels: map[string]string{"flashpoint": n.Flashpoint, "episode": strconv.Itoa(n.Episode)}, Alerts: []amAlert{}}
	for _, a := range n.Alerts {
		one := n.amAlert(a)
		if one.Status == "firing" {
			m.Status = "firing"
		}
		m.Alerts = append(m.Alerts, one)
	}
	m.CommonLabels, m.CommonAnnotations = common(m.Alerts, func(a amAlert) map[string]string { return a.Labels }),
		common(m.Alerts, func(a amAlert) map[string]string { return a.Annotations })
	return m
}

// amAlert keeps the level out of the labels' identity where it can change: an
// alert that worsens is the same alert to a pager, so its fingerprint follows
// from the key and the episode alone.
func (n Notification) amAlert(a kulkul.Alert) amAlert {
	out := amAlert{Status: "firing", StartsAt: a.FiredAt.UTC(), GeneratorURL: n.page("/alerts/" + a.ID()),
		Labels: map[string]string{"alertname": "Kulkul", "flashpoint": a.Key.Flashpoint, "area": a.Key.Area, "group": a.Key.Group,
			"episode": strconv.Itoa(n.Episode), "severity": a.Level.String()},
		Annotations: map[string]string{"summary": a.Level.String() + ": " + n.Name + ", " + n.area(a.Key.Area), "notification": n.Kind, "note": note}}
	if a.FiredAt.IsZero() {
		out.StartsAt = a.Since.UTC()
	}
	if a.State == kulkul.Resolved {
		out.Status, out.EndsAt = "resolved", a.ResolvedAt.UTC()
	}
	var why []string
	for _, r := range a.Reasons {
		why = append(why, r.Text)
	}
	out.Annotations["description"] = strings.Join(why, " ")
	var items []string
	for _, i := range n.Items {
		items = append(items, strings.TrimSpace(i.Publisher+": "+i.Title+" "+i.Link))
	}
	if len(items) > 0 {
		out.Annotations["items"] = strings.Join(items, "\n")
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(a.ID())) // a hash never fails
	out.Fingerprint = fmt.Sprintf("%016x", h.Sum64())
	return out
}

// common are the pairs that all have.
func common(alerts []amAlert, of func(amAlert) map[string]string) map[string]string {
	out := map[string]string{}
	for i, a := range alerts {
		if i == 0 {
			out = maps.Clone(of(a))
		}
		maps.DeleteFunc(out, func(k, v string) bool { return of(a)[k] != v })
	}
	return out
}
