package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a listener with a certificate speaks. */
class TlsIT {
    private static final String GOOD = OddRequests.GOOD;

    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path directory) {
        gateway = TestGateway.over(TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10)))
                .tls(TestCertificate.ec("hs.example").in(directory))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void speaksHttp11() throws IOException {
        try (RawConnection connection = RawConnection.openTls(gateway.address())) {
            for (int i = 0; i < 3; i++) {
                assertThat(OddRequests.events(
                                connection.send(gateway.signed(GOOD)).read()))
                        .isEqualTo(5);
            }
        }
    }

    @Test
    void speaksHttp2() throws IOException {
        try (RawHttp2 connection = RawHttp2.open(gateway.address())) {
            for (int i = 0; i < 3; i++) {
                int stream =
                        connection.get(GOOD, "authorization", gateway.remote.authorization(GOOD, TestGateway.NAME));
                RawHttp2.Exchange exchange = connection.read(stream);
                assertThat(exchange.status()).isEqualTo(200);
                assertThat(exchange.headers()).containsEntry("content-type", "application/json");
                assertThat(exchange.text()).endsWith("]}");
            }
        }
    }

    @Test
    void speaksTls13And12AndNothingOlderOrWeaker() throws IOException {
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            try (SSLSocket socket = unconnected(version)) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                assertThat(socket.getSession().getCipherSuite()).containsAnyOf("_GCM_", "_POLY1305_");
            }
        }
        try (SSLSocket weak = unconnected("TLSv1.2")) {
            weak.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
            assertThatThrownBy(weak::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void servesClientsThatOfferNoProtocol() throws IOException {
        try (SSLSocket socket = unconnected("TLSv1.3")) {
            socket.getOutputStream()
                    .write("GET /_matrix/federation/v1/version HTTP/1.1\r\nHost: hs.example\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(15);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    private static SSLSocket unconnected(String version) throws IOException {
        SSLSocket socket = (SSLSocket) TrustingTls.context()
                .getSocketFactory()
                .createSocket(gateway.address().getAddress(), gateway.address().getPort());
        socket.setSoTimeout(30_000);
        socket.setEnabledProtocols(new String[] {version});
        return socket;
    }

    @Test
    void closesConnectionsThatDoNotSpeakTls() throws IOException {
        try (RawConnection plain = gateway.connect();
                RawConnection garbage = gateway.connect();
                RawConnection leaving = gateway.connect()) {
            assertThat(plain.send("GET / HTTP/1.1\r\nHost: hs.example\r\n\r\n").readToEnd())
                    .hasSizeLessThan(16);
            assertThat(garbage.send(new byte[] {0x16, 3, 1, 0, 4, 1, 2, 3, 4}).readToEnd())
                    .hasSizeLessThan(16);
            leaving.send(new byte[] {0x16, 3, 1}).reset();
        }
        speaksHttp2();
    }

    @Test
    void closesConnectionsThatDoNotFinishTheirHandshake(@TempDir Path directory) throws IOException {
        try (TestGateway impatient = TestGateway.over(new MemoryEventStore())
                        .tls(TestCertificate.rsa("hs.example").in(directory))
                        .requestTimeout(Duration.ofMillis(300))
                        .start();
                RawConnection silent = impatient.connect();
                RawConnection half = impatient.connect()) {
            half.send(new byte[] {0x16, 3, 1});
            assertThat(half.readToEnd()).hasSizeLessThan(16);
            assertThat(silent.readToEnd()).hasSizeLessThan(16);
        }
    }

    @Test
    void saysThatAnAddressHasTls() {
        assertThat(gateway.urls())
                .containsExactly("https://127.0.0.1:" + gateway.address().getPort());
    }
}
