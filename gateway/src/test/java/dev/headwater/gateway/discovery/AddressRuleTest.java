package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import inet.ipaddr.IPAddressString;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRuleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/8",
                "10.0.0.0/8",
                "100.64.0.0/10",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.0.0.0/24",
                "192.0.2.0/24",
                "192.88.99.0/24",
                "192.168.0.0/16",
                "198.18.0.0/15",
                "198.51.100.0/24",
                "203.0.113.0/24",
                "2001::/23",
                "2001:db8::/32",
                "3fff::/20"
            })
    void aRangeIsShutFromItsFirstAddressToItsLast(String range) {
        var block = new IPAddressString(range).getAddress().toPrefixBlock();

        assertThat(open(bytes(block.getLower().getBytes()))).isFalse();
        assertThat(open(bytes(block.getUpper().getBytes()))).isFalse();
        assertThat(open(bytes(block.getUpper().increment(1).getBytes()))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "223.255.255.255, true",
        "224.0.0.0, false",
        "239.255.255.255, false",
        "240.0.0.0, false",
        "255.255.255.255, false",
        "8.8.8.8, true",
        "1fff::, false",
        "2000::, true",
        "2606:4700::1111, true",
        "3ffe::, true",
        "4000::, false",
        "::, false",
        "::1, false",
        "::8.8.8.8, false",
        "fc00::, false",
        "fe80::1, false",
        "fec0::1, false",
        "ff0e::1, false",
    })
    void theRestIsOpenOrNot(String address, boolean open) {
        assertThat(open(bytes(new IPAddressString(address).getAddress().getBytes())))
                .isEqualTo(open);
    }

    @ParameterizedTest
    @CsvSource({
        "64:ff9b::8.8.8.8, true",
        "64:ff9b::10.0.0.1, false",
        "64:ff9b:0:0:0:1:808:808, false",
        "2002:808:808::1, true",
        "2002:a00:1::1, false",
        "2606::5efe:8.8.8.8, true",
        "2606::5efe:10.0.0.1, false",
        "2606::200:5efe:10.0.0.1, false",
        "2606::100:5efe:10.0.0.1, false",
        "2606::400:5efe:10.0.0.1, true",
    })
    void anAddressIsAsOpenAsTheOneInIt(String address, boolean open) {
        assertThat(open(bytes(new IPAddressString(address).getAddress().getBytes())))
                .isEqualTo(open);
    }

    @Test
    void aZoneShutsAnyAddress() throws Exception {
        byte[] bytes = new IPAddressString("2606:4700::1111").getAddress().getBytes();

        assertThat(open(Inet6Address.getByAddress("zone.example", bytes, 0))).isTrue();
        assertThat(open(Inet6Address.getByAddress("zone.example", bytes, 1))).isFalse();
    }

    @Test
    void whatIsAllowedIsOpenAndNothingBesides() {
        AddressRule rule = AddressRule.allowing(Stream.of("10.1.0.0/16", "fd00::/8", "::1", "192.168.1.1")
                .map(AddressRange::parse)
                .toList());

        for (String address :
                List.of("10.1.0.0", "10.1.255.255", "fdff::1", "::1", "192.168.1.1", "64:ff9b::10.1.2.3")) {
            assertThat(rule.mayReach(
                            bytes(new IPAddressString(address).getAddress().getBytes())))
                    .as(address)
                    .isTrue();
        }
        for (String address : List.of("10.0.255.255", "10.2.0.0", "fc00::1", "::2", "192.168.1.2", "::10.1.2.3")) {
            assertThat(rule.mayReach(
                            bytes(new IPAddressString(address).getAddress().getBytes())))
                    .as(address)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "a.example",
                "10.0.0.0/33",
                "10.0.0",
                "10",
                "0x7f.0.0.1",
                "10.0.0.0-10.0.0.9",
                "::/129",
                "::1%lo",
                "10.0.0.256",
                "1:2:3",
                "10.0.0.0/8/8",
                ":::",
                "fd00::/8 "
            })
    void refusesWhatIsNoRange(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressRange.parse(text))
                .withMessage("expected a range of addresses such as 10.1.0.0/16 or fd00::/8");
    }

    private static boolean open(InetAddress address) {
        return AddressRule.openInternet().mayReach(address);
    }

    private static InetAddress bytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
