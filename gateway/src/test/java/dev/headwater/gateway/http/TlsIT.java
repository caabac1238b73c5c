package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
