package answer_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/answer"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
)

func commands(t *testing.T) (answer.Commands, *words.Book) {
	t.Helper()
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := answer.NewCommands(book)
	if err != nil {
		t.Fatal(err)
	}
	return c, book
}

func TestTheFirstWordOfAMailIsACommandOrTheTextANote(t *testing.T) {
	c, _ := commands(t)
	for text, want := range map[string]struct {
		action link.Action
		text   string
	}{
		"Acknowledge":                      {link.Acknowledge, ""},
		"ack.\n\nOn it.":                   {link.Acknowledge, "On it."},
		"CONCUR, seen by us as well":       {link.Concur, "seen by us as well"},
		" doubt: old news":                 {link.Doubt, "old news"},
		"Note - two ships":                 {link.Note, "two ships"},
		"Doubtful, but two ships":          {link.Note, "Doubtful, but two ships"},
		"I concur":                         {link.Note, "I concur"},
		"":                                 {link.Note, ""},
		"\u00a0acknowledged the other day": {link.Acknowledge, "the other day"},
		"\xff\xfe":                         {link.Note, "\xff\xfe"},

		"Setuju, sudah kami lihat":      {link.Concur, "sudah kami lihat"},
		"tidak setuju":                  {link.Note, "tidak setuju"},
		"ĐỒNG TÌNH: tàu cá":             {link.Concur, "tàu cá"},
		norm.NFD.String("Nghi ngờ. Cũ"): {link.Doubt, "Cũ"},
		"Không đồng tình":               {link.Note, "Không đồng tình"},
		"รับทราบครับ กำลังดู":           {link.Acknowledge, "กำลังดู"},
		"ไม่เห็นด้วย":                   {link.Note, "ไม่เห็นด้วย"},
		"เห็นด้วยบางส่วน":               {link.Note, "เห็นด้วยบางส่วน"},
		"存疑。旧闻":                         {link.Doubt, "旧闻"},
		"不认同":                           {link.Note, "不认同"},
		"認同，請見附件":                       {link.Concur, "請見附件"},
		"疑問":                            {link.Doubt, ""},
		"確認しました。対応中です。":                 {link.Acknowledge, "対応中です。"},
		"同意しません":                        {link.Note, "同意しません"},
		"同意　理由は以下のとおり":                  {link.Concur, "理由は以下のとおり"},
	} {
		if action, rest := c.Read(text); action != want.action || rest != want.text {
			t.Errorf("%q: %s %q", text, action, rest)
		}
	}
}

// What a mail offers as a link, its reader may write: the words on the answering
// page's buttons are commands.
func TestEveryLanguagesOwnWordIsACommand(t *testing.T) {
	c, book := commands(t)
	for _, code := range kulkul.Languages() {
		for _, action := range []link.Action{link.Acknowledge, link.Concur, link.Doubt} {
			word, err := book.In(code).Say("answer.confirm." + string(action))
			if err != nil {
				t.Fatal(err)
			}
			if got, rest := c.Read(word + "."); got != action || rest != "" {
				t.Errorf("%s: %q is %s %q, want %s", code, word, got, rest, action)
			}
		}
	}
}
