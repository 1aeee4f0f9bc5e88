// com.google.genai: a conversation with the key.

import com.google.genai.AsyncSession;
import com.google.genai.Client;
import com.google.genai.types.AudioTranscriptionConfig;
import com.google.genai.types.Blob;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.LiveConnectConfig;
import com.google.genai.types.LiveSendRealtimeInputParameters;
import com.google.genai.types.LiveSendToolResponseParameters;
import com.google.genai.types.LiveServerMessage;
import com.google.genai.types.Modality;
import com.google.genai.types.SessionResumptionConfig;
import com.google.genai.types.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

final class Talk {
  static final class Turn {
    String words = "";
    String heard = "";
    String handle = "";
    int sound;
    int tokens;
    boolean interrupted;
    final List<FunctionCall> calls = new ArrayList<>();
  }

  private final BlockingQueue<LiveServerMessage> messages = new LinkedBlockingQueue<>();
  private final AsyncSession session;

  Talk(String key, String version, LiveConnectConfig config) throws Exception {
    HttpOptions options = HttpOptions.builder().baseUrl(System.getenv("EMULATOR")).apiVersion(version).build();
    Client client = Client.builder().apiKey(key).httpOptions(options).build();
    session = client.async.live.connect("gemini-3.8-live", config).get(20, TimeUnit.SECONDS);
    session.receive(messages::add);
  }

  void say(String text) throws Exception {
    session.sendRealtimeInput(LiveSendRealtimeInputParameters.builder().text(text).build()).get();
  }

  Turn turn() throws Exception {
    return until(message -> message.serverContent().flatMap(content -> content.turnComplete()).orElse(false));
  }

  Turn until(Predicate<LiveServerMessage> found) throws Exception {
    Turn turn = new Turn();
    while (true) {
      LiveServerMessage message = messages.poll(20, TimeUnit.SECONDS);
      expect(message != null, "a message in 20 s");
      message.serverContent().ifPresent(content -> {
        turn.words += content.outputTranscription().flatMap(each -> each.text()).orElse("");
        turn.heard += content.inputTranscription().flatMap(each -> each.text()).orElse("");
        turn.interrupted |= content.interrupted().orElse(false);
        content.modelTurn().flatMap(model -> model.parts()).orElse(List.of()).forEach(part ->
            turn.sound += part.inlineData().flatMap(blob -> blob.data()).map(data -> data.length).orElse(0));
      });
      message.toolCall().flatMap(call -> call.functionCalls()).ifPresent(turn.calls::addAll);
      message.sessionResumptionUpdate().flatMap(update -> update.newHandle()).ifPresent(handle -> turn.handle = handle);
      message.usageMetadata().flatMap(usage -> usage.totalTokenCount()).ifPresent(count -> turn.tokens = count);
      if (found.test(message)) return turn;
    }
  }

  static void expect(boolean good, String what) {
    if (!good) throw new IllegalStateException("not as expected: " + what);
  }

  static LiveConnectConfig.Builder config() {
    return LiveConnectConfig.builder()
        .responseModalities(Modality.Known.AUDIO)
        .inputAudioTranscription(AudioTranscriptionConfig.builder())
        .outputAudioTranscription(AudioTranscriptionConfig.builder())
        .tools(Tool.builder().functionDeclarations(FunctionDeclaration.builder().name("turn_on_the_lights").build()));
  }

  public static void main(String[] args) throws Exception {
    String key = System.getenv("GEMINI_API_KEY");
    Talk talk = new Talk(key, "v1beta", config().sessionResumption(SessionResumptionConfig.builder()).build());
    System.out.println("ok connect");

    talk.say("Good morning");
    Turn said = talk.turn();
    expect(said.words.endsWith("You said: “Good morning”."), said.words);
    expect(said.sound > 10_000 && said.tokens > 0, "sound and tokens");
    System.out.println("ok text, sound out, transcript, usage");

    byte[] speech = Files.readAllBytes(Path.of(System.getenv("SPEECH")));
    for (int place = 0; place < speech.length; place += 3200) {
      byte[] piece = Arrays.copyOfRange(speech, place, Math.min(place + 3200, speech.length));
      talk.session.sendRealtimeInput(LiveSendRealtimeInputParameters.builder()
          .audio(Blob.builder().data(piece).mimeType("audio/pcm;rate=16000")).build()).get();
    }
    said = talk.turn();
    expect(said.heard.contains("seconds of sound"), said.heard);
    System.out.println("ok sound in");

    talk.say("Turn on the lights");
    FunctionCall call = talk.turn().calls.get(0);
    talk.session.sendToolResponse(LiveSendToolResponseParameters.builder().functionResponses(FunctionResponse.builder()
        .id(call.id().get()).name(call.name().get()).response(Map.of("on", true)).build()).build()).get();
    said = talk.turn();
    expect(said.words.contains("turn_on_the_lights answered"), said.words);
    System.out.println("ok function call");

    talk.say("Tell me a long story about everything that you have ever heard of");
    talk.until(message -> message.serverContent().flatMap(content -> content.modelTurn()).isPresent());
    talk.say("Stop");
    expect(talk.turn().interrupted, "an interruption");
    String handle = talk.turn().handle;
    System.out.println("ok interruption");

    talk.session.close().get();
    talk = new Talk(key, "v1beta", config().sessionResumption(SessionResumptionConfig.builder().handle(handle)).build());
    talk.say("And now?");
    said = talk.turn();
    expect(said.words.contains("Before that you said: “Stop”."), said.words);
    System.out.println("ok resumption");
    System.exit(0);
  }
}
