import { use } from "react";
import { ServicesContext, type Services } from "../services.js";

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error("There are no services around this component.");
  return services;
}
