"""Each field of Gemini's capability guide: its name, how a prompt file says it, and what of it goes over the wire; None is not there."""

from typing import Any

CAPABILITIES: list[tuple[str, str, dict[str, Any]]] = [
    ("temperature", "{temperature: 0.7}", {"generationConfig": {"temperature": 0.7}}),
    ("top_p", "{top_p: 0.9}", {"generationConfig": {"topP": 0.9}}),
    ("top_k", "{top_k: 40}", {"generationConfig": {"topK": 40.0}}),
    ("max_output_tokens", "{max_output_tokens: 512}", {"generationConfig": {"maxOutputTokens": 512}}),
    ("seed", "{seed: 7}", {"generationConfig": {"seed": 7}}),
    (
        "media_resolution",
        "{media_resolution: MEDIA_RESOLUTION_LOW}",
        {"generationConfig": {"mediaResolution": "MEDIA_RESOLUTION_LOW"}},
    ),
    (
        "thinking budget",
        "{thinking_config: {thinking_budget: 1024, include_thoughts: true}}",
        {"generationConfig": {"thinkingConfig": {"include_thoughts": True, "thinking_budget": 1024}}},
    ),
    ("affective dialog", "{enable_affective_dialog: true}", {"generationConfig": {"enableAffectiveDialog": True}}),
    (
        "text",
        "{response_modalities: [TEXT], output_audio_transcription: null}",
        {"generationConfig": {"responseModalities": ["TEXT"]}, "outputAudioTranscription": None},
    ),
    ("proactivity", "{proactivity: {proactive_audio: true}}", {"proactivity": {"proactive_audio": True}}),
    (
        "vad off",
        "{realtime_input_config: {automatic_activity_detection: {disabled: true}}}",
        {"realtimeInputConfig": {"automatic_activity_detection": {"disabled": True}}},
    ),
    (
        "vad",
        "{realtime_input_config: {automatic_activity_detection: {start_of_speech_sensitivity: START_SENSITIVITY_LOW, end_of_speech_sensitivity: END_SENSITIVITY_LOW, prefix_padding_ms: 20, silence_duration_ms: 100}}}",
        {
            "realtimeInputConfig": {
                "automatic_activity_detection": {
                    "start_of_speech_sensitivity": "START_SENSITIVITY_LOW",
                    "end_of_speech_sensitivity": "END_SENSITIVITY_LOW",
                    "prefix_padding_ms": 20,
                    "silence_duration_ms": 100,
                }
            }
        },
    ),
    (
        "activity handling",
        "{realtime_input_config: {activity_handling: NO_INTERRUPTION}}",
        {"realtimeInputConfig": {"activity_handling": "NO_INTERRUPTION"}},
    ),
    (
        "turn coverage",
        "{realtime_input_config: {turn_coverage: TURN_INCLUDES_ALL_INPUT}}",
        {"realtimeInputConfig": {"turn_coverage": "TURN_INCLUDES_ALL_INPUT"}},
    ),
    (
        "no input transcription",
        "{input_audio_transcription: null}",
        {"inputAudioTranscription": None, "outputAudioTranscription": {}},
    ),
    (
        "no output transcription",
        "{output_audio_transcription: null}",
        {"inputAudioTranscription": {}, "outputAudioTranscription": None},
    ),
    ("search", "{tools: [{google_search: {}}]}", {"tools": [{"googleSearch": {}}]}),
    (
        "functions",
        "{tools: [{function_declarations: [{name: f, description: d, parameters: {type: OBJECT, properties: {q: {type: STRING}}, required: [q]}}]}]}",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {
                            "description": "d",
                            "name": "f",
                            "parameters": {
                                "properties": {"q": {"type": "STRING"}},
                                "required": ["q"],
                                "type": "OBJECT",
                            },
                        }
                    ]
                }
            ]
        },
    ),
    ("resumption", "{session_resumption: {}}", {"sessionResumption": {}}),
    (
        "compression",
        "{context_window_compression: {trigger_tokens: 25600, sliding_window: {target_tokens: 12800}}}",
        {"contextWindowCompression": {"trigger_tokens": 25600, "sliding_window": {"target_tokens": 12800}}},
    ),
]
