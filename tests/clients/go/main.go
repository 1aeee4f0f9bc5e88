// google.golang.org/genai: a conversation with the key, then one with a token of the function.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"google.golang.org/genai"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(good bool, what string) {
	if !good {
		panic("not as expected: " + what)
	}
}

type turn struct {
	words, heard string
	sound        int
	calls        []*genai.FunctionCall
	interrupted  bool
	handle       string
	tokens       int32
}

// next reads to the end of the turn, or to the first message that is wanted.
func next(session *genai.Session, wanted func(*genai.LiveServerMessage) bool) turn {
	var found turn
	for {
		message, err := session.Receive()
		must(err)
		if content := message.ServerContent; content != nil {
			if content.OutputTranscription != nil {
				found.words += content.OutputTranscription.Text
			}
			if content.InputTranscription != nil {
				found.heard += content.InputTranscription.Text
			}
			if content.ModelTurn != nil {
				for _, part := range content.ModelTurn.Parts {
					if part.InlineData != nil {
						found.sound += len(part.InlineData.Data)
					}
				}
			}
			found.interrupted = found.interrupted || content.Interrupted
		}
		if message.ToolCall != nil {
			found.calls = append(found.calls, message.ToolCall.FunctionCalls...)
		}
		if update := message.SessionResumptionUpdate; update != nil && update.Resumable {
			found.handle = update.NewHandle
		}
		if message.UsageMetadata != nil {
			found.tokens = message.UsageMetadata.TotalTokenCount
		}
		if wanted(message) {
			return found
		}
	}
}

func complete(message *genai.LiveServerMessage) bool {
	return message.ServerContent != nil && message.ServerContent.TurnComplete
}

func connect(key, version string, config *genai.LiveConnectConfig) *genai.Session {
	client, err := genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey:      key,
		Backend:     genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: os.Getenv("EMULATOR"), APIVersion: version},
	})
	must(err)
	session, err := client.Live.Connect(context.Background(), "gemini-3.8-live", config)
	must(err)
	return session
}

func say(session *genai.Session, text string) {
	must(session.SendRealtimeInput(genai.LiveRealtimeInput{Text: text}))
}

func main() {
	config := &genai.LiveConnectConfig{
		ResponseModalities:       []genai.Modality{genai.ModalityAudio},
		InputAudioTranscription:  &genai.AudioTranscriptionConfig{},
		OutputAudioTranscription: &genai.AudioTranscriptionConfig{},
		SessionResumption:        &genai.SessionResumptionConfig{},
		Tools:                    []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: "turn_on_the_lights"}}}},
	}
	session := connect(os.Getenv("GEMINI_API_KEY"), "v1beta", config)
	fmt.Println("ok connect")

	say(session, "Good morning")
	said := next(session, complete)
	expect(strings.HasSuffix(said.words, "You said: “Good morning”."), said.words)
	expect(said.sound > 10_000 && said.tokens > 0, "sound and tokens")
	fmt.Println("ok text, sound out, transcript, usage")

	speech, err := os.ReadFile(os.Getenv("SPEECH"))
	must(err)
	for place := 0; place < len(speech); place += 3200 {
		end := min(place+3200, len(speech))
		must(session.SendRealtimeInput(genai.LiveRealtimeInput{Audio: &genai.Blob{Data: speech[place:end], MIMEType: "audio/pcm;rate=16000"}}))
	}
	said = next(session, complete)
	expect(strings.Contains(said.heard, "seconds of sound"), said.heard)
	fmt.Println("ok sound in")

	say(session, "Turn on the lights")
	call := next(session, complete).calls[0]
	must(session.SendToolResponse(genai.LiveToolResponseInput{FunctionResponses: []*genai.FunctionResponse{{ID: call.ID, Name: call.Name, Response: map[string]any{"on": true}}}}))
	said = next(session, complete)
	expect(strings.Contains(said.words, "turn_on_the_lights answered"), said.words)
	fmt.Println("ok function call")

	say(session, "Tell me a long story about everything that you have ever heard of")
	next(session, func(message *genai.LiveServerMessage) bool {
		return message.ServerContent != nil && message.ServerContent.ModelTurn != nil
	})
	say(session, "Stop")
	expect(next(session, complete).interrupted, "an interruption")
	handle := next(session, complete).handle
	fmt.Println("ok interruption")

	must(session.Close())
	config.SessionResumption = &genai.SessionResumptionConfig{Handle: handle}
	session = connect(os.Getenv("GEMINI_API_KEY"), "v1beta", config)
	say(session, "And now?")
	said = next(session, complete)
	expect(strings.Contains(said.words, "Before that you said: “Stop”."), said.words)
	fmt.Println("ok resumption")
	must(session.Close())

	session = connect(os.Getenv("TOKEN"), "v1alpha", &genai.LiveConnectConfig{})
	say(session, "Hello")
	said = next(session, complete)
	expect(strings.HasSuffix(said.words, "You said: “Hello”."), said.words)
	fmt.Println("ok token of the function")
	must(session.Close())
}
