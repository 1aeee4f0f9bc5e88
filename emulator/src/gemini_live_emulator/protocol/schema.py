"""The messages of the Live API as tables, and the parser that Google's JSON front end is.

The parser accepts camelCase and snake_case at every depth, refuses unknown fields by name and place, and leaves
free-form maps (function parameters, arguments, labels) alone. What it returns is camelCase throughout.
"""

import re
from typing import TypeAlias

Kind: TypeAlias = "str | frozenset[str] | dict[str, Kind] | list[Kind]"
"""A leaf's type, an enum's values, a message's fields by camelCase name, or (a list of one) a repeated kind."""

FREE, STRING, INTEGER, NUMBER, BOOL, BYTES, MASK = "FREE", "STRING", "INT32", "FLOAT", "BOOL", "BYTES", "MASK"
TIMESTAMP, STRUCT = "TIMESTAMP", "STRUCT"
Message: TypeAlias = dict[str, Kind]

CONTENT: Message = {
    "role": STRING,
    "parts": [
        {
            "text": STRING,
            "thought": BOOL,
            "thoughtSignature": BYTES,
            "inlineData": {"mimeType": STRING, "data": BYTES, "displayName": STRING},
            "fileData": {"mimeType": STRING, "fileUri": STRING},
            "functionCall": FREE,
            "functionResponse": FREE,
            "executableCode": FREE,
            "codeExecutionResult": FREE,
            "videoMetadata": FREE,
            "mediaResolution": FREE,
        }
    ],
}
VOICE: Message = {
    "prebuiltVoiceConfig": {"voiceName": STRING},
    "replicatedVoiceConfig": FREE,
}
GENERATION: Message = {
    "candidateCount": INTEGER,
    "stopSequences": [STRING],
    "maxOutputTokens": INTEGER,
    "temperature": NUMBER,
    "topP": NUMBER,
    "topK": NUMBER,
    "seed": INTEGER,
    "presencePenalty": NUMBER,
    "frequencyPenalty": NUMBER,
    "responseLogprobs": BOOL,
    "logprobs": INTEGER,
    "responseMimeType": STRING,
    "responseSchema": FREE,
    "responseJsonSchema": FREE,
    "responseModalities": [frozenset({"TEXT", "IMAGE", "AUDIO", "VIDEO"})],
    "speechConfig": {
        "voiceConfig": VOICE,
        "languageCode": STRING,
        "multiSpeakerVoiceConfig": {"speakerVoiceConfigs": [{"speaker": STRING, "voiceConfig": VOICE}]},
    },
    "thinkingConfig": {
        "includeThoughts": BOOL,
        "thinkingBudget": INTEGER,
        "thinkingLevel": frozenset({"MINIMAL", "LOW", "MEDIUM", "HIGH"}),
    },
    "mediaResolution": frozenset(
        {"MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_ULTRA_HIGH"}
    ),
    "enableAffectiveDialog": BOOL,
    "imageConfig": FREE,
    "translationConfig": {"targetLanguageCode": STRING, "echoTargetLanguage": BOOL},
}
TOOL: Message = {
    "functionDeclarations": [
        {
            "name": STRING,
            "description": STRING,
            "behavior": frozenset({"BLOCKING", "NON_BLOCKING"}),
            "parameters": FREE,
            "parametersJsonSchema": FREE,
            "response": FREE,
            "responseJsonSchema": FREE,
        }
    ],
    "googleSearch": FREE,
    "googleSearchRetrieval": FREE,
    "googleMaps": FREE,
    "codeExecution": FREE,
    "urlContext": FREE,
    "computerUse": FREE,
    "fileSearch": FREE,
    "mcpServers": FREE,
}
TRANSCRIPTION: Message = {
    "languageCodes": [STRING],
    "languageAuto": {},
    "languageHints": {"languageCodes": [STRING]},
    "customVocabulary": [STRING],
    "adaptationPhrases": [STRING],
    "wordTimestamp": BOOL,
    "diarization": BOOL,
    "mode": frozenset({"VERBATIM", "SMART"}),
    "sourceText": STRING,
}
SETUP: Message = {
    "model": STRING,
    "generationConfig": GENERATION,
    "systemInstruction": CONTENT,
    "tools": [TOOL],
    "sessionResumption": {"handle": STRING, "transparent": BOOL},
    "contextWindowCompression": {"triggerTokens": INTEGER, "slidingWindow": {"targetTokens": INTEGER}},
    "inputAudioTranscription": TRANSCRIPTION,
    "outputAudioTranscription": TRANSCRIPTION,
    "realtimeInputConfig": {
        "automaticActivityDetection": {
            "disabled": BOOL,
            "startOfSpeechSensitivity": frozenset({"START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"}),
            "endOfSpeechSensitivity": frozenset({"END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"}),
            "prefixPaddingMs": INTEGER,
            "silenceDurationMs": INTEGER,
        },
        "activityHandling": frozenset({"START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"}),
        "turnCoverage": frozenset(
            {"TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT", "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO"}
        ),
    },
    "proactivity": {"proactiveAudio": BOOL},
    "historyConfig": {"initialHistoryInClientContent": BOOL},
    "avatarConfig": FREE,
    "safetySettings": FREE,
    "labels": FREE,
}
BLOB: Message = {"mimeType": STRING, "data": BYTES, "displayName": STRING}
CLIENT_MESSAGE: Message = {
    "setup": SETUP,
    "clientContent": {"turns": [CONTENT], "turnComplete": BOOL},
    "realtimeInput": {
        "audio": BLOB,
        "video": BLOB,
        "mediaChunks": [BLOB],
        "text": STRING,
        "audioStreamEnd": BOOL,
        "activityStart": {},
        "activityEnd": {},
    },
    "contextUpdate": {"systemInstruction": CONTENT, "tools": {"tools": [TOOL]}},
    "toolResponse": {
        "functionResponses": [
            {
                "id": STRING,
                "name": STRING,
                "response": STRUCT,
                "willContinue": BOOL,
                "scheduling": frozenset({"SILENT", "WHEN_IDLE", "INTERRUPT"}),
                "parts": FREE,
            }
        ]
    },
}
AUTH_TOKEN: Message = {
    "name": STRING,
    "expireTime": TIMESTAMP,
    "newSessionExpireTime": TIMESTAMP,
    "uses": INTEGER,
    "bidiGenerateContentSetup": SETUP,
    "fieldMask": MASK,
}


class SchemaError(ValueError):
    """The JSON does not fit its message; the text is Google's, `field` the place it names."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


def camel(name: str) -> str:
    """The camelCase spelling of a field's name, whichever of the two it came in."""
    head, *tail = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in tail)


def snake(name: str) -> str:
    """The snake_case spelling, which is how error texts name places."""
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name)
