package dev.headwater.gateway.cli;

import dev.headwater.id.InvalidIdException;
import dev.headwater.id.KeyId;
import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headwater keygen}: a new signing key. */
@Command(
        name = "keygen",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Makes a signing key and writes it to a new file that only you can read.",
            "",
            "The file holds one line, 'ed25519 VERSION SEED', the form that Synapse uses too. The public half is"
                    + " printed as others pin it under verify_keys."
        },
        footer = {
            "",
            "Example:",
            "  headwater keygen signing.key",
            "",
            "Exit status: 0 written, 1 it cannot be written (an existing file is never replaced), 2 wrong use."
        })
final class KeygenCommand implements Callable<Integer> {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private final Surroundings surroundings;

    @Parameters(paramLabel = "FILE", description = "Where the key is written.")
    @SuppressWarnings("NullAway.Init") // picocli refuses the command without it
    private Path file;

    @Option(
            names = "--key-version",
            paramLabel = "VERSION",
            description = "The key's version, unique among the server's keys. Default: a_ and four random letters.")
    private @Nullable String version;

    KeygenCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        SecureRandom random = new SecureRandom();
        SigningKey key = SigningKey.generate(id(random), random);
        write(key);
        surroundings.out().println("\"" + key.id() + "\": \"" + key.verifyKey().base64() + "\"");
        return 0;
    }

    private KeyId id(SecureRandom random) {
        if (version == null) {
            StringBuilder name = new StringBuilder("a_");
            random.ints(4, 0, LETTERS.length()).forEach(i -> name.append(LETTERS.charAt(i)));
            return KeyId.parse("ed25519:" + name);
        }
        try {
            return KeyId.parse("ed25519:" + version);
        } catch (InvalidIdException e) {
            throw CommandException.wrongUse("--key-version: '" + version + "' is refused: expected a name such as a_1");
        }
    }

    private void write(SigningKey key) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] secret = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try (OutputStream out = Channels.newOutputStream(
                Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), secret))) {
            out.write((key.toSecretLine() + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (FileAlreadyExistsException e) {
            throw CommandException.failed(
                    "'" + file + "' exists; expected a new file, since a lost key cannot be had again");
        } catch (NoSuchFileException e) {
            throw CommandException.failed("'" + file + "' cannot be written: expected an existing directory");
        } catch (IOException | UncheckedIOException e) {
            throw CommandException.failed("'" + file + "' cannot be written: " + e.getMessage());
        }
    }
}
