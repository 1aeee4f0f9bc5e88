// gemini-live: it knows the Web's authorities only, so it talks to the plain port.
use gemini_live::session::{ReconnectPolicy, Session, SessionConfig};
use gemini_live::transport::{Auth, Endpoint, TransportConfig};
use gemini_live::types::*;
use std::{env, fs};

const METHOD: &str = "ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

#[derive(Default)]
struct Turn {
    words: String,
    heard: String,
    sound: usize,
    interrupted: bool,
    tokens: u32,
    calls: Vec<FunctionCallRequest>,
}

async fn until(session: &mut Session, found: fn(&ServerEvent) -> bool) -> Turn {
    let mut turn = Turn::default();
    while let Some(event) = session.next_event().await {
        let last = found(&event);
        match event {
            ServerEvent::OutputTranscription(text) => turn.words += &text,
            ServerEvent::InputTranscription(text) => turn.heard += &text,
            ServerEvent::ModelAudio(data) => turn.sound += data.len(),
            ServerEvent::Interrupted => turn.interrupted = true,
            ServerEvent::Usage(usage) => turn.tokens = usage.total_token_count,
            ServerEvent::ToolCall(calls) => turn.calls.extend(calls),
            _ => {}
        }
        if last {
            return turn;
        }
    }
    panic!("the session has ended");
}

async fn turn(session: &mut Session) -> Turn {
    until(session, |event| matches!(event, ServerEvent::TurnComplete)).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = env::var("GEMINI_API_KEY")?;
    let address = env::var("PLAIN_EMULATOR")?.replace("http:", "ws:");
    let mut session = Session::connect(SessionConfig {
        transport: TransportConfig {
            endpoint: Endpoint::Custom(format!("{address}/{METHOD}?key={key}")),
            auth: Auth::None,
            ..Default::default()
        },
        setup: SetupConfig {
            model: "models/gemini-3.8-live".into(),
            generation_config: Some(GenerationConfig { response_modalities: Some(vec![Modality::Audio]), ..Default::default() }),
            input_audio_transcription: Some(Default::default()),
            output_audio_transcription: Some(Default::default()),
            session_resumption: Some(Default::default()),
            tools: Some(vec![Tool::FunctionDeclarations(vec![FunctionDeclaration {
                name: "turn_on_the_lights".into(),
                description: "Lights.".into(),
                parameters: serde_json::json!({"type": "object", "properties": {}}),
                scheduling: None,
                behavior: None,
            }])]),
            ..Default::default()
        },
        reconnect: ReconnectPolicy::default(),
    })
    .await?;
    println!("ok connect");

    session.send_text("Good morning").await?;
    let said = turn(&mut session).await;
    assert!(said.words.ends_with("You said: “Good morning”."), "{}", said.words);
    assert!(said.sound > 10_000);
    println!("ok text, sound out, transcript");

    let speech = fs::read(env::var("SPEECH")?)?;
    for piece in speech.chunks(3200) {
        session.send_audio(piece).await?;
    }
    let said = turn(&mut session).await;
    assert!(said.heard.contains("seconds of sound"), "{}", said.heard);
    assert!(said.tokens > 0);
    println!("ok sound in, usage");

    session.send_text("Turn on the lights").await?;
    let call = turn(&mut session).await.calls.remove(0);
    let response = FunctionResponse { id: call.id, name: call.name, response: serde_json::json!({"on": true}) };
    session.send_tool_response(vec![response]).await?;
    let mut said = turn(&mut session).await;
    while said.words.is_empty() {
        said = turn(&mut session).await;
    }
    assert!(said.words.contains("turn_on_the_lights answered"), "{}", said.words);
    println!("ok function call");

    session.send_text("Tell me a long story about everything that you have ever heard of").await?;
    until(&mut session, |event| matches!(event, ServerEvent::ModelAudio(_))).await;
    session.send_text("Stop").await?;
    assert!(turn(&mut session).await.interrupted);
    println!("ok interruption");
    session.close().await?;
    Ok(())
}
