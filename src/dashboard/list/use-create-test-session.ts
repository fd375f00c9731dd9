import { useRouter } from "../router.js";
import { useServices } from "../shared/services.js";

/** Creates a test session and says how to watch it. */
export function useCreateTestSession(): () => void {
  const { testSessions, toasts } = useServices();
  const router = useRouter();
  const create = async () => {
    const sessionId = await testSessions.create();
    if (sessionId === null) return;
    const watch = () => router.navigate(router.href({ page: "session", sessionId }));
    toasts.show({ tone: "ok", text: `${sessionId} plays now.`, action: { label: "Watch", run: watch } });
  };
  return () => void create();
}
