package console

import (
	"net/http"

	"github.com/kulkul-ews/kulkul/services/console/review"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// table is every route of the console with the lowest role that may use it.
func (s *Service) table() []route {
	p := s.pages
	routes := []route{
		{"GET /assets/", open, s.assets},
		{"GET /signin", open, http.HandlerFunc(s.signInPage)},
		{"POST /signin", open, http.HandlerFunc(s.signIn)},
		{"POST /signin/code", open, http.HandlerFunc(s.secondStep)},
		{"POST /signout", open, http.HandlerFunc(s.signOut)},
		{"GET /live", kulkul.RoleViewer, s.hub.Handler(s.still)},
		{"GET /{$}", kulkul.RoleViewer, p.Situation()},
		{"GET /flashpoints/{id}", kulkul.RoleViewer, p.Flashpoint()},
		{"GET /flashpoints/{id}/attribution", kulkul.RoleViewer, p.Attribution()},
		{"POST /flashpoints/{id}/note", review.Least(kulkul.Note), s.aboutFlashpoint()},
		{"GET /alerts", kulkul.RoleViewer, p.Alerts()},
		{"GET /alerts/{id}", kulkul.RoleViewer, s.alertOr(p.Alert())},
		{"GET /items", kulkul.RoleViewer, p.Items()},
		{"GET /items/{id}", kulkul.RoleViewer, p.Item()},
		{"GET /sources", kulkul.RoleViewer, p.Sources()},
		{"GET /sources/{id}", kulkul.RoleViewer, p.Source()},
		{"GET /rejections", kulkul.RoleAnalyst, p.Rejections()},
		{"GET /system", kulkul.RoleAnalyst, p.System()},
		{"GET /account", kulkul.RoleViewer, p.Account(s.ownAccount)},
		{"POST /account/password", kulkul.RoleViewer, http.HandlerFunc(s.changePassword)},
		{"POST /account/second", kulkul.RoleViewer, http.HandlerFunc(s.startSecond)},
		{"POST /account/second/confirm", kulkul.RoleViewer, http.HandlerFunc(s.confirmSecond)},
		{"POST /account/second/remove", kulkul.RoleViewer, http.HandlerFunc(s.removeSecond)},
		{"POST /account/tokens", kulkul.RoleViewer, http.HandlerFunc(s.addToken)},
		{"POST /account/tokens/{id}/revoke", kulkul.RoleViewer, http.HandlerFunc(s.revokeToken)},
		{"POST /searches", kulkul.RoleViewer, http.HandlerFunc(s.saveSearch)},
		{"POST /searches/{id}/remove", kulkul.RoleViewer, http.HandlerFunc(s.removeSearch)},
		{"GET /accounts", kulkul.RoleAdmin, p.Accounts(s.listAccounts)},
		{"POST /accounts", kulkul.RoleAdmin, http.HandlerFunc(s.addAccount)},
		{"POST /accounts/{name}", kulkul.RoleAdmin, http.HandlerFunc(s.changeAccount)},
	}
	for _, v := range []kulkul.Verdict{kulkul.Ack, kulkul.Assess, kulkul.Note, kulkul.Silence, kulkul.Resolve, kulkul.Escalate} {
		routes = append(routes, route{"POST /alerts/{id}/" + string(v), review.Least(v), s.aboutAlert(v)})
	}
	routes = append(routes, route{"POST /silences/{id}/end", review.Least(kulkul.EndSilence), s.endSilence()})
	for _, v := range []kulkul.Verdict{kulkul.Correct, kulkul.Withdraw} {
		routes = append(routes, route{"POST /items/{id}/" + string(v), review.Least(v), s.aboutItem(v)})
	}
	for _, v := range []kulkul.Verdict{kulkul.Release, kulkul.Withdraw} {
		routes = append(routes, route{"POST /rejections/{id}/" + string(v), review.Least(v), s.aboutHeld(v)})
	}
	routes = append(routes,
		route{"POST /replies/{id}/accept", review.Least(kulkul.Settle), s.settle(true)},
		route{"POST /replies/{id}/discard", review.Least(kulkul.Settle), s.settle(false)})
	routes = append(routes, s.tuningRoutes()...)
	routes = append(routes, s.partnerRoutes()...)
	routes = append(routes, s.bulletinRoutes()...)
	routes = append(routes, s.exports()...)
	if p.Mailbox != nil {
		routes = append(routes,
			route{"GET /outbox", kulkul.RoleAdmin, p.Outbox()},
			route{"GET /outbox/{id}", kulkul.RoleAdmin, p.Mail()},
			route{"GET /outbox/{id}/parts/{n}", kulkul.RoleAdmin, p.Picture()})
	}
	if s.gate != nil {
		routes = append(routes,
			route{"GET /signin/provider", open, http.HandlerFunc(s.toProvider)},
			route{"GET /signin/callback", open, http.HandlerFunc(s.fromProvider)})
	}
	if s.deps.Answers != nil {
		routes = append(routes, route{"/answers/", open, s.deps.Answers})
	}
	return routes
}
