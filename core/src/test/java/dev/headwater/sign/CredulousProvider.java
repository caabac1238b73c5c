package dev.headwater.sign;

import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureSpi;
import java.util.Objects;

/** Reads keys as the Java platform does and finds every signature right. */
final class CredulousProvider extends Provider {
    private static final long serialVersionUID = 1L;

    CredulousProvider() {
        super("Credulous", "1", "finds every signature right");
        put("Signature.Ed25519", Yes.class.getName());
    }

    @Override
    public Service getService(String type, String algorithm) {
        return type.equals("KeyFactory")
                ? Objects.requireNonNull(Security.getProvider("SunEC")).getService(type, algorithm)
                : super.getService(type, algorithm);
    }

    public static final class Yes extends SignatureSpi {
        @Override
        protected void engineInitVerify(PublicKey key) {}

        @Override
        protected void engineInitSign(PrivateKey key) {}

        @Override
        protected void engineUpdate(byte b) {}

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {}

        @Override
        protected byte[] engineSign() {
            return new byte[64];
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return true;
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {}

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            return name;
        }
    }
}
